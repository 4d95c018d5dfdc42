// Starts the NHS.UK components that our pages use. Not initAll: the file upload's drop zone fails an accessibility rule.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  Header,
  NotificationBanner,
  PasswordInput,
  Radios,
  SkipLink,
  Tabs,
  createAll,
} from "./nhsuk-frontend.min.js";

const components = [
  Button, // ignores a second press where the button carries data-prevent-double-click="true"
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  Header,
  NotificationBanner,
  PasswordInput,
  Radios,
  SkipLink,
  Tabs,
];

components.forEach((component) => createAll(component));
