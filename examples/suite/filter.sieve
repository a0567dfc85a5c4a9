# filter.sieve - a reader's filter together with the mails it must handle: see README.md here.
require ["fileinto", "reject"];

if header :is "x-spam-flag" "yes" {
    fileinto "Junk";
} elsif address :is :domain "from" "news.example" {
    fileinto "News";
} elsif header :contains "subject" ["invoice", "Rechnung"] {
    fileinto "Money";
} elsif address :is "from" "pest@example.net" {
    reject "Please do not write to me again.";
}
