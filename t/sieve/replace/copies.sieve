require ["replace", "fileinto", "copy"];
fileinto :copy "before";
replace "New.";
