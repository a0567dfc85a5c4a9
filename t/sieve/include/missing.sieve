require "include";

keep;
include "no-such-script";
