redirect :notify "NEVER" "a@example.org";
redirect :bytimerelative 1 "a@example.org";
