require "extlists";
if address :list "from" "urn:nobody" { discard; }
