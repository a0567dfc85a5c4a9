require ["variables", "include"];
# RFC 6609 section 3.4.1: names of global are constant, and names without namespace.
global "${a}";
global ["b", "1"];
global "a.b";
global "global.b";
set "c" "x";
global "c";
# It may be declared again.
global ["b", "b"];
# Section 3.4.2: the namespace has identifiers alone.
set "global.12" "value";
set "global.data.from" "me@example.com";
set "global." "x";
set "d" "${global.12}";
