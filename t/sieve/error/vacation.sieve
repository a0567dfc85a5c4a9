require "vacation";
vacation :from "not an address" "I am away.";
vacation :addresses ["james@example.org", "jim"] "I am away.";
vacation :seconds 60 "I am away.";
vacation :mime text:
Content-Type: text/plain; charset=utf-8
Content-Description: Grüße

Away.
.
;
vacation :days "7" "I am away.";
vacation :hours 3 "I am away.";
vacation;
