# RFC 5228 section 2.4.1: no negative numbers, no fractions, and none that is too large to hold.
if size :over 18014398509481984K { stop; }
if size :over 9007199254740991K { stop; }
if size :over 8796093022208M { stop; }
if size :over 8796093022207M { stop; }
if size :over 8589934592G { stop; }
if size :over 8589934591G { stop; }
if size :over 999999999999999999999G { stop; }
if size :over -1 { stop; }
if size :over 1.5M { stop; }
if size :over 10KK { stop; }
if size :over 10T { stop; }
if size :over 0x10 { stop; }
