require ["envelope", "envelope-dsn"];
if envelope :localpart "notify" "NEVER" { stop; }
if envelope :all ["from", "orcpt"] "x" { stop; }
if envelope "bymode" "notify" { stop; }
if envelope :zone "+0100" "from" "x" { stop; }
