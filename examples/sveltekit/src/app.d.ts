import type { Identity } from "edgegate/identity";

declare global {
  namespace App {
    interface Locals {
      edgegate: Identity | null;
    }
  }
}
