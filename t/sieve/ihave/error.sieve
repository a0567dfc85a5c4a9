require ["ihave", "variables", "fileinto"];
fileinto "undone";
set "what" "⚡";
if not ihave "vnd.example.unknown" {
	error "no ${what} today";
}
discard;
