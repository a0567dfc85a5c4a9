require "date";
if currentdate :zone "CET" "hour" "12" { keep; }
