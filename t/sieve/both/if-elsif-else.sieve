require "fileinto";
if header :is "subject" "hello" {
    fileinto "A";
} elsif header :contains "subject" "a" {
    fileinto "B";
} else {
    fileinto "C";
}
