require "vnd.doorstep.location";
if location "place" "home" { stop; }
redirect :location "nobody";
if location "status" { stop; }
