# strict.sieve - refuse what is not wanted, and say why; the sender's server tells the sender.
require [
    "ereject",
    "environment",
    "fileinto",
    "relational",
    "comparator-i;ascii-numeric"
];

# Refused while the other server is still on the line: no bounce is ever sent.
if environment :matches "remote-ip" ["192.0.2.*", "2001:db8:*"] {
    ereject "Mail from this network is not taken here.";
    stop;
}

# More than twenty recipients: somebody's address book, not a letter.
if anyof (
    address :count "gt" :comparator "i;ascii-numeric" ["to", "cc"] "20",
    header :value "ge" :comparator "i;ascii-numeric" "x-spam-level" "5"
) {
    fileinto "Doubtful";
}
