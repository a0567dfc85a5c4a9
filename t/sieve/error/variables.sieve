require ["variables", "include", "fileinto"];
# RFC 5229 section 3: a namespace that no extension brings.
keep;
set "a" "${vnd.frob.x}";
set "frob.x" "a";
# Section 4: names of set are constant, and names.
set "${a}" "x";
set "1" "x";
set "a b" "x";
set "" "x";
set "é" "x";
set "a.b.c" "x";
set "a234567890123456789012345678901234567890123456789012345678901234x" "x";
set ["a"] "x";
set "a";
# Section 4.1: modifiers.
set :lower :upper "a" "x";
set :upperfirst :lowerfirst "a" "x";
set :lower :lower "a" "x";
set :lowest "a" "x";
# Section 6: indexes end somewhere.
fileinto "${65}";
fileinto "${99999999999999999999999}";
# What must be constant.
include "${a}";
if string :comparator "${a}" "x" "x" {
	keep;
}
