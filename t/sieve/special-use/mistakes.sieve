require ["special-use", "fileinto"];
if specialuse_exists ["Junk", "\\"] { stop; }
fileinto :specialuse "\\Ju nk" "Spam";
keep :specialuse "\\Junk";
