require "include";

include "level5";
