(()=>{
if(parent===window)return;
const root=document.documentElement,tell=()=>parent.postMessage({asylum:location.pathname,height:Math.ceil(root.getBoundingClientRect().height)},"*");
new ResizeObserver(tell).observe(root);
addEventListener("load",tell);
addEventListener("message",(e)=>{if(e.data&&e.data.asylum==="?")tell()});
})();
