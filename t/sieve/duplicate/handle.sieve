require "duplicate";
if duplicate :handle "mine" :uniqueid "x" :seconds 1000 :last { discard; }
