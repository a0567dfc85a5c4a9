require "duplicate";
if duplicate :header "x-id" :uniqueid "x" { discard; }
