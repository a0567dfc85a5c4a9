require ["include", "variables", "fileinto"];
# Nothing of the including script is seen here, and nothing of an earlier inclusion.
if not string "${mine}${1}" "" {
	fileinto "leaked in";
}
set "mine" "changed";
if not string :matches "other match" "other *" {
	fileinto "no match";
}
set "global.told" "${mine}-${1}";
