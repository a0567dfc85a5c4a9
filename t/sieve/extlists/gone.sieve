require "extlists";
if address :list "from" "gone" { discard; }
