require "include";

include "level8";
