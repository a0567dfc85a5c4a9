require ["enclose", "fileinto", "editheader", "copy"];
addheader "X-Mark" "before";
fileinto :copy "before";
enclose :subject "Enclosed" "It lies below.";
addheader "X-Mark" "after";
redirect :copy "other@example.org";
keep;
