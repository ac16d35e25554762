export const onRequestGet = ({ data }) => new Response(`Hello, ${data.edgegate.subject}.\n`);
