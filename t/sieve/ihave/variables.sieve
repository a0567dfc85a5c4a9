require "ihave";
if anyof (ihave "variables", ihave "encoded-character") {
	keep;
} else {
	discard;
}
