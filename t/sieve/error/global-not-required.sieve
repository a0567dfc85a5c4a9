require "variables";
global "a";
set "global.a" "b";
set "b" "${global.a}";
