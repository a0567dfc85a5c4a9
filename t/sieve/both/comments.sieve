/* one
 * two */
if /* in */ header :is # here
    "subject" "hello" {
    discard; # done
}
