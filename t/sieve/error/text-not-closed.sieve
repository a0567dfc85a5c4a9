require "vacation";
vacation text:
Hello
..
. 
