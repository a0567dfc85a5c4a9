require "include";

include "level6";
