require ["regex", "variables"];
set "open" "(";
if header :regex "from" "${open}" { discard; }
