require "fileinto";
if exists "subject" {
    if header :contains "subject" "e" {
        if not size :over 1K {
            fileinto "Deep";
        }
    } else {
        discard;
    }
}
