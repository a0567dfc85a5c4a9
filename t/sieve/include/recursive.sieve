require "include";

include "round";
