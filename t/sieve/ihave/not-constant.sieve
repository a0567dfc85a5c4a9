require ["ihave", "variables"];
set "what" "fileinto";
if ihave "${what}" {
	keep;
}
