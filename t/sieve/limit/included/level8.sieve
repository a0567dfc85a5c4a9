require "include";

include "level9";
