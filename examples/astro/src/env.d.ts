declare namespace App {
  interface Locals {
    edgegate: import("edgegate/identity").Identity | null;
  }
}
