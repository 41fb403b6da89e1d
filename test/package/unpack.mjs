import { rmSync } from 'node:fs';

export default function removePacked() {
  rmSync(process.env.PACKED, { recursive: true, force: true });
}
