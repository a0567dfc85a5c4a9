# family.sieve - one list of keys, a part of the address, and a copy for a second reader.
require ["copy", "envelope", "fileinto", "subaddress"];

# james+bank@example.org arrives like james@example.org; what stands behind the plus picks the folder.
if envelope :detail :is "to" "bank" {
    fileinto "Money";
    stop;
}

if address :is "from" [
    "granny@family.example",
    "uncle@family.example",
    "school@town.example"
] {
    # :copy sends one away and leaves the implicit keep alone.
    redirect :copy "mary@example.org";
}
