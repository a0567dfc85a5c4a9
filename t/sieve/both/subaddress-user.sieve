require "subaddress";
if address :user :is "from" "ann" {
    discard;
}
