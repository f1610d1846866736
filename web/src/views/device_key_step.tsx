// What happens first wherever a browser becomes somebody's.
export function DeviceKeyStep() {
  return (
    <li>
      <strong>A device key is made.</strong> It signs your decisions and cannot leave this
      browser. There is no password.
    </li>
  );
}
