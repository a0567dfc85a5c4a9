require "reject";
reject text:
No.
..dot
.
;
