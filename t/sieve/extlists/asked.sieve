require "extlists";
if valid_ext_list "urn:nobody" { if address :list "from" "urn:nobody" { discard; } }
