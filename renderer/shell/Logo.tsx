/** Three strands on a loom: the mark of Netloom. */
export const Logo = ({ size }: { size: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 20 20"
    fill="none"
    stroke="var(--accent)"
    strokeWidth="1.6"
    strokeLinecap="round"
    aria-hidden="true"
  >
    <path d="M3 5c7 0 7 10 14 10M3 10h14M3 15c7 0 7-10 14-10" />
  </svg>
)
