require "envelope";
if envelope :domain :is "to" "example.com" {
    discard;
}
