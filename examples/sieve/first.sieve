# first.sieve - the smallest script that is of use: two folders, and a bin.
require ["fileinto"];

# A mailing list says who it is in List-Id. `header` looks at the field as text.
if header :contains "list-id" "<sieve.lists.example>" {
    fileinto "Lists/Sieve";
    stop;
}

# `address` looks at the addresses alone: names and comments cannot mislead it.
if address :domain :is "from" "shop.example" {
    fileinto "Shopping";
    stop;
}

# Mail of a size that nobody sends by hand.
if size :over 20M {
    discard;
}

# Whatever reaches the end without an action is kept: that is the implicit keep.
