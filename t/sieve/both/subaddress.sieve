require "subaddress";
if address :detail :is "to" "lists" {
    discard;
}
