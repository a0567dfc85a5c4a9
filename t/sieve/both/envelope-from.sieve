require "envelope";
if envelope :is "from" "ann@example.org" {
    discard;
}
