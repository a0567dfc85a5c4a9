require "include";

include "level11";
