require "include";

include "level4";
