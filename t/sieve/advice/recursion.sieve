require "include";

include "recursion";
include :once "recursion";
include "no-such-script";
include :optional "no-such-script";
