if true keep;
if not header "subject" "x" discard;
else keep;
if exists "x-a"
	discard;
}
