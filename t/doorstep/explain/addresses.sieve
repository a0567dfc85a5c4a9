require ["envelope", "subaddress"];
# Parts of addresses, groups, what is no address, the envelope.
if address "from" "boss+urgent@example.com" { }
if address :domain "to" ["example.org", "example.net"] { }
if address :localpart "to" "me" { }
if address :detail "from" "urgent" { }
if address :user "to" "nobody" { }
if address :all "cc" "x" { }
if address "cc" "not an address" { }
if envelope :domain "from" "example.com" { }
if envelope "to" "me@example.org" { }
