import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Verdigris: the one accent. Index 6 carries white text at 4.5 : 1 and stands out on dark pages too. */
const verdigris: MantineColorsTuple = [
  '#e8f6f4',
  '#d2ebe8',
  '#a6d7d1',
  '#6fc2b9',
  '#3fa79d',
  '#1f8c83',
  '#0f766e',
  '#0c625c',
  '#094e49',
  '#063936',
];

/** Warm greys, so that pages look like paper and not like glass. */
const stone: MantineColorsTuple = [
  '#e9e7e3',
  '#cfccc6',
  '#b3b0a9',
  '#8f8c86',
  '#5a5854',
  '#413f3c',
  '#2f2e2b',
  '#232220',
  '#1a1917',
  '#121110',
];

/** The same warmth for what Mantine draws in grey on light pages; index 6 is text, 5.4 : 1 on paper. */
const sand: MantineColorsTuple = [
  '#f8f6f2',
  '#f1eee8',
  '#e6e2da',
  '#d8d3c9',
  '#c9c4b9',
  '#9d988d',
  '#6a665e',
  '#4d4a44',
  '#38352f',
  '#24221e',
];

/** Mantine's theme for Weft; colours that Mantine does not know are in `theme.css`. */
export const theme = createTheme({
  primaryColor: 'verdigris',
  primaryShade: { light: 6, dark: 6 },
  colors: { verdigris, gray: sand, dark: stone },
  autoContrast: true,
  defaultRadius: 6,
  fontFamily:
    "'Inter', ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'Open Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '11.5px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: { fontWeight: '620' },
  cursorType: 'pointer',
  components: {
    // Its placeholder for the first focus is a child that no menu may have.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    SegmentedControl: { defaultProps: { withItemsBorders: false } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, arrowSize: 6 } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
        closeButtonProps: { 'aria-label': 'Close' },
        // The page has one head; a dialog's is none of its landmarks.
        attributes: { header: { role: 'group' } },
      },
    },
  },
});
